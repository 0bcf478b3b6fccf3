# SPDX-License-Identifier: GPL-2.0-or-later
"""The objects of SARIF 2.1.0 that ptlint writes, by the names of the standard; what is None is left out."""

from __future__ import annotations

import msgspec


class _Object(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    pass


class Message(_Object, frozen=True):
    text: str
    markdown: str | None = None


class Artifact(_Object, frozen=True):
    uri: str
    uri_base_id: str = msgspec.field(default_factory=lambda: "%SRCROOT%")  # a factory's value is written


class Region(_Object, frozen=True):
    start_line: int
    start_column: int | None = None


class PhysicalLocation(_Object, frozen=True):
    artifact_location: Artifact
    region: Region


class LogicalLocation(_Object, frozen=True):
    name: str
    kind: str = msgspec.field(default_factory=lambda: "function")


class Location(_Object, frozen=True):
    physical_location: PhysicalLocation
    logical_locations: list[LogicalLocation] | None = None
    message: Message | None = None


class FlowLocation(_Object, frozen=True):
    location: Location


class ThreadFlow(_Object, frozen=True):
    locations: list[FlowLocation]


class CodeFlow(_Object, frozen=True):
    thread_flows: list[ThreadFlow]


class Configuration(_Object, frozen=True):
    level: str


class Rule(_Object, frozen=True):
    id: str
    name: str
    short_description: Message
    default_configuration: Configuration
    full_description: Message | None = None
    help: Message | None = None
    properties: dict[str, str] | None = None


class Driver(_Object, frozen=True):
    name: str
    version: str
    semantic_version: str
    rules: list[Rule]


class Tool(_Object, frozen=True):
    driver: Driver


class Notification(_Object, frozen=True):
    message: Message
    level: str
    locations: list[Location]
    properties: dict[str, str]


class Invocation(_Object, frozen=True):
    execution_successful: bool
    exit_code: int
    tool_execution_notifications: list[Notification]


class Suppression(_Object, frozen=True):
    kind: str
    justification: str


class Result(_Object, frozen=True):
    rule_id: str
    level: str
    message: Message
    locations: list[Location]
    partial_fingerprints: dict[str, str]
    properties: dict[str, object]
    rule_index: int | None = None
    code_flows: list[CodeFlow] | None = None
    baseline_state: str | None = None
    suppressions: list[Suppression] | None = None


class Run(_Object, frozen=True):
    tool: Tool
    invocations: list[Invocation]
    results: list[Result]
    properties: dict[str, object]
    column_kind: str = msgspec.field(default_factory=lambda: "unicodeCodePoints")


class Log(_Object, frozen=True):
    runs: list[Run]
    version: str = msgspec.field(default_factory=lambda: "2.1.0")
    schema: str = msgspec.field(
        name="$schema",
        default_factory=lambda: (
            "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
        ),
    )

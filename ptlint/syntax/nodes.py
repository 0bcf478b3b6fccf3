# SPDX-License-Identifier: GPL-2.0-or-later
"""Small questions about nodes of a syntax tree."""

from tree_sitter import Node


def stripped(node: Node) -> Node:
    """Return an expression without the parentheses around it."""
    while node.type == "parenthesized_expression":
        inner = inside(node)
        if inner is None or inner.type == "compound_statement":
            break
        node = inner
    return node


def inside(node: Node) -> Node | None:
    for child in node.named_children:
        if child.type != "comment":
            return child
    return None


def call_arguments(node: Node) -> list[Node]:
    arguments = node.child_by_field_name("arguments")
    return arguments.named_children if arguments is not None else []

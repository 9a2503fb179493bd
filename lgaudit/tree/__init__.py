"""A parsed page as hundreds of rules look at it: read once, then looked up.

The parser's nodes are asked once for what they are. Every further question, and there are
thousands a page, is answered from memory; only rare selectors go back to the parser.
"""

from lgaudit.tree.index import Values
from lgaudit.tree.nodes import Node
from lgaudit.tree.tree import Tree

__all__ = ["Node", "Tree", "Values"]

"""lgaudit: one shared bar for council websites, openly published."""

__version__ = "0.1.0"

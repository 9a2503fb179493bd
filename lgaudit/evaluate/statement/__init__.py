"""Accessibility statements, read the way the Government Digital Service's auditors read them."""

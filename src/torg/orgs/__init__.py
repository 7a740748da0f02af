"""Organisations (tenants) and their networks."""

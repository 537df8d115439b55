"""Agents, their memberships, and the audit."""

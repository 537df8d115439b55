"""The database: connections, base classes of tables, the queues' tables, leases, ids and the audit."""

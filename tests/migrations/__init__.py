"""Upgrades from every released version. With a release its dump is added to ``released``.

It is a desk of the sample providers without packaged content, in whose `firstline chat` one person wrote "Нет
интернета, договор 40-1187" and "оператор"; made by ``iterdump`` of SQLite, and by PostgreSQL's ``pg_dump --no-owner
--no-privileges --inserts``.
"""

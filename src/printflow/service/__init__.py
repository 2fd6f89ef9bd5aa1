"""The use cases: what students, staff and scripts do with the lab. They know only the ports."""

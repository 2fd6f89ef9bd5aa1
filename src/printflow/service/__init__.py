"""The use cases: what students, staff and scripts ask of the lab. They know only the ports."""

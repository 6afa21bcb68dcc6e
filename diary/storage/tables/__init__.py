"""Every table, one subject a file. `diary.storage.schema` gathers them for migrations."""

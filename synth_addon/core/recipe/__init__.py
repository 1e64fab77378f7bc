"""The recipe: its declarations, how it is read, checked and migrated."""

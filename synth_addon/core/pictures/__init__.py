"""Pictures for people: frames with their annotations drawn, and sheets of many frames."""

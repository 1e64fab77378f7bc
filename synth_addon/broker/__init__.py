"""The process between the Blenders that render a stream and its readers."""

"""The REST API (docs/architecture.md §4): serializers, views, and the stream of a submission's changes."""

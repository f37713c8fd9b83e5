"""The REST API (docs/api.md): serializers, views, and the stream of a submission's changes."""

"""Static files: built into static/build/, collected into var/static/, served with hashed names."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hashed names, and imports between our ES modules rewritten to them."""

    support_js_module_import_aggregation = True

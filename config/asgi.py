"""The ASGI application that uvicorn serves."""

import os
import warnings
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# WhiteNoise reads its files synchronously; they are small and local.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
application: Any = get_asgi_application()

# After set-up, because both read the settings.
from django.conf import settings  # noqa: E402
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware  # noqa: E402

if settings.TRUSTED_PROXIES:
    application = ProxyHeadersMiddleware(application, trusted_hosts=settings.TRUSTED_PROXIES)

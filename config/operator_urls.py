"""What operators and machines ask for: health and metrics."""

urlpatterns: list = []

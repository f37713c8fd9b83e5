"""What goes inside, mounted as /opt/fieldguide_harness. Standard library only; the site never imports it."""

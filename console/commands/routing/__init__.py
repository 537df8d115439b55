"""``route``: where cases go, and by which rule."""

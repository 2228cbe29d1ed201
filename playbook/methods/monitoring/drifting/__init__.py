"""What stands behind drift: how far two groups lie apart and whether chance would do it, what is compared, and how it is told."""

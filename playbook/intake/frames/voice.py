"""Voice: the answers to surveys and the questions to the service desk."""

__all__ = []

"""The convex parts with which objects collide while they are dropped."""

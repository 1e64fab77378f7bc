"""From a recipe and a scene index to a scene with every choice made."""

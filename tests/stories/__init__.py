"""The main job as people live it, through the real channels."""

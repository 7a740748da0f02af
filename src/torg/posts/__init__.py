"""Posts: publishing, editing, deleting, boosting, marking; polls and quotes ride on them."""

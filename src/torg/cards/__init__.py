"""Link cards: a page's own account of itself below the post that links to it."""

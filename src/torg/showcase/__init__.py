"""What people show on their profiles besides posts: hashtags, and collections of accounts that they recommend."""

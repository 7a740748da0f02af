"""What lives on other servers: its documents fetched and checked, its actors and posts as rows of ours."""

"""Where things meet: the services, the routes of all edges, every reaction to every event, the running process."""

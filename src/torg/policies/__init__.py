"""What a network demands of its members: from where, for how long, with which password, under which usage policy."""

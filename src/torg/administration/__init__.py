"""What administrators decide about a network as a whole: rules of the house, terms, settings, roles. All is logged."""

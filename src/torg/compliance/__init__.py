"""What an organisation must be able to keep and to show: legal hold, and the export of a whole network."""

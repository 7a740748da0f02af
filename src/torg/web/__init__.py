"""The pages that browsers see without any app."""

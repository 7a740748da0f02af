"""Events that one answers whether one comes, calendar files, and hours of questions and answers (AMA)."""

"""What customers say: scores, what moves them, topics of tickets and comments, complaints and revenue."""

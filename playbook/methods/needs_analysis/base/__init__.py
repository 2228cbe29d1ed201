"""The customer base: who stayed, left and came, cohorts, and on how few revenue rests."""

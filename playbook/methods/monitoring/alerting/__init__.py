"""What stands behind the alerts: which part of the business explains a change, exactly, and what other sections raise."""

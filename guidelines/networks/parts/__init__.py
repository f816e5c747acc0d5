"""Take a network apart into its operators, and find those that break a guideline."""

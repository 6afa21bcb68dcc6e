"""What runs when nobody asks: the scheduler process and one file a job."""

"""What the Spark jobs of the package share."""

"""What is measured, and how to repeat it: see docs/performance.md."""

"""Mail: letters are received, read in killable children, composed and sent."""

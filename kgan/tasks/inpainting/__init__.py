"""What filling holes needs: fillings in sample grids, holes of whole pictures, scores beside other fillings."""

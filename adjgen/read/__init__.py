"""From Python text or a live function to syntax trees whose names have meanings; nothing is ever run."""

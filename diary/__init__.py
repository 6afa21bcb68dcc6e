"""The pain diary service, in rooms: imports only point down."""

"""How somebody proves whose account they hold: an own phone, an authenticated mail, a link, a code."""

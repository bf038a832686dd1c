/** Live test widgets and lists of names. */

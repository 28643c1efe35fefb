// One shell, escape and set of drawings for all pages.

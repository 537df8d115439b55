"""The files a new desk folder is made of, in each language (`console.commands.init`)."""

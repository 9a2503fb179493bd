// Long tables may scroll sideways on small screens; everything works without this file.
document.documentElement.classList.add('has-script');

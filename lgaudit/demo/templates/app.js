(function () {
  var path = location.pathname === '/' ? '/index' : location.pathname;
  fetch('/app/data' + path + '.json')
    .then(function (answer) { return answer.json(); })
    .then(function (page) { document.getElementById('app').innerHTML = page.html; });
})();

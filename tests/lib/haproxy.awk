# docs/haproxy.cfg for nodes on this machine: -v bind=ADDRESS:PORT -v ports="PORT PORT…". Only its `bind` and its `server` lines differ.
$1 == "bind" { print "    bind " bind; next }
$1 == "server" {
    if (!n) {
        n = split(ports, port, " ")
        for (i = 1; i <= n; i++) print "    server node-" i " 127.0.0.1:" port[i]
    }
    next
}
{ print }

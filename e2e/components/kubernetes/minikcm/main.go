// Small controller manager: namespace deletion, garbage collection and default ServiceAccounts, and nothing that needs nodes.
package main

import (
	"context"
	"flag"
	"os/signal"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	v1 "k8s.io/api/core/v1"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/informers"
	clientset "k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/controller-manager/pkg/informerfactory"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller/garbagecollector"
	"k8s.io/kubernetes/pkg/controller/namespace"
	"k8s.io/kubernetes/pkg/controller/serviceaccount"
)

func must(err error) {
	if err != nil {
		klog.Fatal(err)
	}
}

func main() {
	kc := flag.String("kubeconfig", "", "")
	sync := flag.Duration("gc-sync", 2*time.Second, "how often the GC looks for new resource types")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	cfg, err := clientcmd.BuildConfigFromFlags("", *kc)
	must(err)
	cfg.QPS, cfg.Burst = 500, 1000
	c := clientset.NewForConfigOrDie(cfg)
	md := metadata.NewForConfigOrDie(cfg)
	f := informers.NewSharedInformerFactory(c, 10*time.Minute)
	mf := metadatainformer.NewSharedInformerFactory(md, 10*time.Minute)
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(c.Discovery()))
	started := make(chan struct{})
	gc, err := garbagecollector.NewGarbageCollector(ctx, c, md, mapper, map[schema.GroupResource]struct{}{{Group: "", Resource: "events"}: {}}, informerfactory.NewInformerFactory(f, mf), started)
	must(err)
	ns := namespace.NewNamespaceController(ctx, c, md, c.Discovery().ServerPreferredNamespacedResources, f.Core().V1().Namespaces(), 5*time.Minute, v1.FinalizerKubernetes)
	sa, err := serviceaccount.NewServiceAccountsController(klog.FromContext(ctx), f.Core().V1().ServiceAccounts(), f.Core().V1().Namespaces(), c, serviceaccount.DefaultServiceAccountsControllerOptions())
	must(err)
	f.Start(ctx.Done())
	mf.Start(ctx.Done())
	close(started)
	go ns.Run(ctx, 4)
	go sa.Run(ctx, 1)
	go gc.Sync(ctx, c.Discovery(), *sync)
	gc.Run(ctx, 4, 30*time.Second)
}
